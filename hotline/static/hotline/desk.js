// What pages do beyond plain HTML: keys, lists, drafts, dialogs, files. Every part finds its elements by data attributes, also in
// what HTMX brings later; without this file every page still works by links and forms.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const words = () => document.body.dataset;
// The cookie's, when there is one: after signing in again in another window the token in a page that was left open is stale.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? $("[name=csrfmiddlewaretoken]")?.value ?? "";

// ── keys: an element says its key by data-key ("s", "ctrl+j"); Ctrl+Enter sends the form, "/" searches, "?" shows all ─────────
const isTyping = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const isThere = (element) => element.offsetParent !== null;
const named = (event) => (event.ctrlKey || event.metaKey ? "ctrl+" : "") + event.key.toLowerCase();

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  const key = named(event);
  if (key === "ctrl+enter") {
    const form = event.target.closest("form") ?? $("form[data-main]");
    const near = event.target.closest("[data-sends]");
    const button = form && ((near && $("[type=submit]", near)) ?? $("[type=submit].primary", form) ?? $("[type=submit]", form));
    if (button) { event.preventDefault(); button.click(); }
    return;
  }
  if (key === "enter" && event.target.matches("form[data-steps] input, form[data-steps] select")) {
    event.preventDefault();
    const fields = [...event.target.form.elements].filter((field) => field.matches("input, select, textarea") && field.offsetParent !== null);
    fields[fields.indexOf(event.target) + 1]?.focus();
    return;
  }
  if (key === "escape") {
    if (!$("dialog[open]")) $$("details.ask[open]").forEach(shut);
    const form = event.target.closest("form[data-draft]");
    if (form) keep(form);
    return;
  }
  if (isTyping(event.target) && !key.startsWith("ctrl+")) return;
  if (key === "/") { event.preventDefault(); $("#find")?.focus(); return; }
  if (key === "?") { showKeys(); return; }
  const wanted = $$("[data-key]").find((each) => each.dataset.key === key && isThere(each));
  if (wanted) {
    event.preventDefault();
    wanted.click();
    if (wanted.matches("summary")) setTimeout(() => $("textarea, select, input", wanted.parentElement)?.focus(), 0);
    return;
  }
  const list = $("[data-rows]");
  if (list) move(list, key, event);
});

// "?" shows the keys of this page, as what carries them is called, before those of every page.
function showKeys() {
  const dialog = $("#keys");
  if (!dialog) return;
  $$("[data-here]", dialog).forEach((each) => each.remove());
  $("dl", dialog).prepend(...[...keysHere()].flatMap(([key, name]) => [line("dt", line("kbd", key)), line("dd", name)]));
  $$("[data-where]", dialog).forEach((each) => { each.hidden = !$(each.dataset.where); });
  dialog.showModal();
}

function keysHere() {
  const found = new Map();
  for (const each of $$("[data-key], [data-row-key]").filter(isThere)) {
    const key = (each.dataset.key ?? each.dataset.rowKey).replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
    if (!found.has(key)) found.set(key, nameOf(each));
  }
  return found;
}

function nameOf(element) {
  const copy = element.cloneNode(true);
  $$("kbd, [data-picked]", copy).forEach((each) => each.remove());
  return element.dataset.keyName ?? element.ariaLabel ?? copy.textContent.trim().replace(/…$/, "");
}

function line(tag, content) {
  const made = document.createElement(tag);
  made.dataset.here = "";
  made.append(content);
  return made;
}

// ── lists: arrows go from row to row, Enter opens, x picks ────────────────────────────────────────────────────────────────
function move(list, key, event) {
  const rows = $$("tr[data-row]", list);
  const here = rows.findIndex((row) => row.classList.contains("here"));
  const step = { arrowdown: 1, j: 1, arrowup: -1, k: -1 }[key];
  if (step && rows.length) {
    event.preventDefault();
    stand(rows, Math.min(rows.length - 1, Math.max(0, here + step)));
  } else if (here >= 0 && key === "enter" && event.target.tagName !== "A" && event.target.tagName !== "BUTTON") {
    $("a", rows[here])?.click();
  } else if (here >= 0 && key === "x") {
    const box = $("input[type=checkbox]", rows[here]);
    if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
  } else if (here >= 0) {
    $$("[data-row-key]", rows[here]).find((each) => each.dataset.rowKey === key)?.click();
  }
}

function stand(rows, place) {
  rows.forEach((row, number) => row.classList.toggle("here", number === place));
  rows[place].scrollIntoView({ block: "nearest" });
  $("a", rows[place])?.focus({ preventScroll: true });
}

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("[data-all]")) {
    $$("input[type=checkbox][name]", target.closest("table")).forEach((box) => { box.checked = target.checked; });
  }
  if (target.matches("[data-rows] input[type=checkbox]")) {
    const picked = $$("[data-rows] tbody input:checked").length;
    $$("[data-picked]").forEach((each) => { each.textContent = picked ? `(${picked})` : ""; });
  }
  if (target.matches("[data-submit]")) target.form.requestSubmit();
  if (target.matches("input[type=file]")) checkFiles(target);
});

// ── panels of a form: the button of the one that is open is in sight and the primary one, as Ctrl+Enter presses it; Esc folds it away
document.addEventListener("toggle", (event) => {
  const form = event.target.matches("details.ask") && event.target.closest("form");
  const sends = form && lead(form);
  if (sends && document.readyState === "complete") sends.scrollIntoView({ block: "nearest" }); // not where the page begins with it
}, true);

function lead(form) {
  const sends = $(".ask[open] [data-sends] > [type=submit]", form);
  $$("[data-leads], [data-sends] > [type=submit]", form).forEach((each) => {
    each.classList.toggle("primary", each === (sends ?? $("[data-leads]", form)));
  });
  return sends;
}

function shut(panel) {
  panel.open = false;
  if (panel.contains(document.activeElement)) $("summary", panel).focus();
}

// ── files: too large, or of a kind that is not taken, is said before anything is sent ────────────────────────────────────
function checkFiles(input) {
  const most = Number(input.dataset.most || 20 * 1024 * 1024);
  const kinds = input.accept.split(",").filter(Boolean);
  const large = [...input.files].find((file) => file.size > most);
  const strange = [...input.files].find((file) => kinds.length && !kinds.some((kind) => file.name.toLowerCase().endsWith(kind)));
  const wrong = large ? words().tooLarge : strange ? words().notTaken.replace("{kinds}", kinds.join(" ")) : "";
  input.setCustomValidity(wrong.replace("{name}", (large ?? strange)?.name));
  if (wrong) input.reportValidity();
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = $("progress", event.target);
  if (bar && event.detail.lengthComputable) { bar.hidden = false; bar.max = event.detail.total; bar.value = event.detail.loaded; }
});

// ── drafts: form[data-draft] is kept on the server as it is typed; when that fails, in this tab ────────────────────────────
const timers = new WeakMap();
const place = (form) => `draft:${form.dataset.draft}`;

document.addEventListener("input", (event) => {
  const counter = event.target.id && $(`[data-counts="${event.target.id}"]`);
  if (counter) counter.textContent = event.target.value.length;
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => keep(form), 1200));
});

async function keep(form) {
  clearTimeout(timers.get(form));
  const body = new FormData(form);
  $$("input[type=file]", form).forEach((input) => body.delete(input.name));
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { "X-CSRFToken": token(), "X-Draft": "1" } });
    if (answer.status === 401 || answer.redirected) sessionOver();
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    sessionStorage.removeItem(place(form));
    say(form, await answer.text());
  } catch {
    body.delete("csrfmiddlewaretoken");
    sessionStorage.setItem(place(form), JSON.stringify([...body.entries()]));
    say(form, words().keptHere);
  }
}

function say(form, text) {
  $$("[data-draft-said]", form.closest("main") ?? form).forEach((each) => { each.textContent = text; });
}

function restore(form) {
  const kept = sessionStorage.getItem(place(form));
  if (!kept) return;
  const values = Map.groupBy ? Map.groupBy(JSON.parse(kept), (pair) => pair[0]) : new Map(JSON.parse(kept).map((pair) => [pair[0], [pair]]));
  for (const [name, pairs] of values) {
    const given = pairs.map((pair) => pair[1]);
    $$(`[name="${CSS.escape(name)}"]`, form).forEach((field) => {
      if (field.type === "hidden") return;
      if (field.matches("[type=checkbox], [type=radio]")) field.checked = given.includes(field.value);
      else field.value = given[0];
    });
  }
  say(form, words().restored);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  const stale = $("[name=csrfmiddlewaretoken]", form);
  if (stale) stale.value = token();
  const kept = event.submitter?.closest("form[data-draft]") ?? (form.matches("[data-draft]") && form); // a button inside may send another form
  if (kept) { clearTimeout(timers.get(kept)); sessionStorage.removeItem(place(kept)); }
  // What must survive a connection that breaks just now stays in this tab until the house says that it has arrived.
  if (form.matches("[data-keeps]")) sessionStorage.setItem(place(form), JSON.stringify([...new FormData(form).entries()]));
}, true);

function sessionOver() {
  const told = $("#session-over");
  if (told) { told.hidden = false; $("#main").prepend(told); }
}
document.addEventListener("signed-out", sessionOver);
document.addEventListener("htmx:sendError", () => $$("[data-offline]").forEach((each) => { each.hidden = false; }));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) $$("[data-offline]").forEach((each) => { each.hidden = true; });
});

// ── dialogs: data-dialog names one; what HTMX brings into a dialog opens it ──────────────────────────────────────────────────
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) { event.preventDefault(); document.getElementById(opener.dataset.dialog)?.showModal(); }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  const copier = event.target.closest("[data-copy]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copy).then(() => { copier.textContent = words().copied; });
  if (event.target.closest("[data-print]")) window.print();
  $$("details.drop[open], details.me[open]").forEach((each) => { if (!each.contains(event.target)) each.open = false; });
});

// A refusal of a part comes among the messages of the page (HX-Retarget): whatever stands before them makes way.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "said") return;
  $$("dialog[open]").forEach((each) => each.close());
  event.target.scrollIntoView({ block: "nearest" });
});

// A menu that opens at the foot of the window comes into sight.
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.drop[open]")) $(".menu", event.target)?.scrollIntoView({ block: "nearest" });
}, true);

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target.closest?.("dialog");
  if (dialog && !dialog.open) dialog.showModal();
  if (dialog) ($("[autofocus]", dialog) ?? $("input:not([type=hidden]), textarea, select", dialog))?.focus();
});

// ── a button may need a field that the others of its form do without: data-needs names it ───────────────────────────────────────
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[type=submit]");
  if (!button?.form) return;
  $$("[data-needs]", button.form).forEach((each) => { button.form.elements[each.dataset.needs].required = each === button; });
});

// ── a phrase from a list goes in where the cursor was ──────────────────────────────────────────────────────────────────────
document.addEventListener("click", (event) => {
  const phrase = event.target.closest("[data-insert]");
  if (!phrase) return;
  const field = document.getElementById(phrase.dataset.into);
  if (!field) return;
  const [start, end] = [field.selectionStart, field.selectionEnd];
  field.closest("details")?.setAttribute("open", "");
  field.setRangeText(phrase.dataset.insert, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  phrase.closest("details")?.removeAttribute("open");
});

// ── intake: a template fills what is still empty; a suggested value is put in; the call on the line fills a form in which nothing
// is typed yet, and its time runs on ────────────────────────────────────────────────────────────────────────────────────────────
const ordinary = { type: "other", urgency: "ordinary" };

function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("change", (event) => {
  const chosen = event.target.matches("[data-template]") && event.target.selectedOptions[0]?.dataset.fields;
  if (!chosen) return;
  for (const [name, value] of Object.entries(JSON.parse(chosen))) {
    const field = event.target.form.elements[name];
    if (field && ["", ordinary[name]].includes(field.value.trim())) put(field, value);
  }
  event.target.form.elements.content?.focus();
});

document.addEventListener("click", (event) => {
  const given = event.target.closest("[data-put]");
  const field = given && document.getElementById(given.dataset.into);
  if (field) { put(field, given.dataset.put); field.focus(); }
});

// A number is typed anew, not after what stands there; the click that brings the cursor would take the selection away at once.
const select = (field) => { if (field?.matches("[data-selects]")) setTimeout(() => field.select(), 0); };
document.addEventListener("focusin", (event) => select(event.target));
document.addEventListener("DOMContentLoaded", () => select(document.activeElement));

const texts = (form) => $$("textarea, input:not([type=hidden], [type=checkbox], [type=radio])", form);

function onTheLine(bar) {
  const form = $("#intake");
  if (form?.elements.call.value === bar.dataset.call) $("[data-take]", bar)?.remove();
  if (!form || form.elements.call.value || texts(form).some((field) => field.value.trim())) return;
  form.elements.call.value = bar.dataset.call;
  put(form.elements.incoming_phone, bar.dataset.number);
  $("[data-take]", bar)?.remove();
  form.elements.content.focus();
}

function tick() {
  $$("[data-elapsed]").forEach((each) => {
    each.dataset.since ||= String(performance.now() - 1000 * Number(each.dataset.elapsed));
    const seconds = Math.floor((performance.now() - Number(each.dataset.since)) / 1000);
    each.textContent = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  });
}
setInterval(tick, 1000);

// ── on arrival ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
function arrive(root) {
  if (window.matchMedia("(max-width: 760px)").matches) $$("details[data-fold]", root).forEach((each) => { each.open = false; });
  $$("[data-sent]", root).forEach((each) => sessionStorage.removeItem(`draft:${each.dataset.sent}`));
  $(".lanes [aria-current]", root)?.scrollIntoView({ block: "nearest", inline: "center" });
  $$("form[data-draft]", root).forEach(restore);
  $$("form [data-leads]", root).forEach((each) => lead(each.form));
  [root, ...$$("[data-call]", root)].filter((each) => each.matches?.("[data-call]")).forEach(onTheLine);
  tick();
  $(".bad input, .bad select, .bad textarea", root)?.focus();
  $$("[data-counts]", root).forEach((each) => { each.textContent = document.getElementById(each.dataset.counts)?.value.length ?? 0; });
}
// A page that the browser had put away as it was would show what has been sent as if it had not.
window.addEventListener("pageshow", (event) => { if (event.persisted && $("form[data-keeps]")) window.location.reload(); });
document.addEventListener("DOMContentLoaded", () => arrive(document));
document.addEventListener("htmx:load", (event) => arrive(event.target));
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token();
  if (!event.detail.triggeringEvent) event.detail.headers["X-Unattended"] = "1"; // nobody clicked: it keeps no session alive
});
