// Exports: how far the file is while the page waits for it. Without this file the form gives the file just the same.
"use strict";

(() => {
  const EVERY = 600;
  const token = () => [...crypto.getRandomValues(new Uint8Array(12))].map((each) => each.toString(16).padStart(2, "0")).join("");

  function name(answer) {
    const given = answer.headers.get("Content-Disposition") ?? "";
    const wide = /filename\*=utf-8''([^;]+)/i.exec(given);
    return wide ? decodeURIComponent(wide[1]) : (/filename="?([^";]+)/i.exec(given)?.[1] ?? "export.xlsx");
  }

  function save(file, called) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = called;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function watch(form, told) {
    const answer = await fetch(`${form.dataset.export}?take=${form.elements.take.value}`);
    if (!answer.ok) return;
    const { done, total } = await answer.json();
    told.firstElementChild.max = total || 1;
    told.firstElementChild.value = done;
    told.lastElementChild.textContent = total ? `${done} / ${total}` : "";
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-export]");
    if (!form || form.dataset.plain) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]"), told = form.querySelector("[data-export-said]");
    form.elements.take.value = token();
    told.hidden = false;
    button.disabled = true;
    const watching = setInterval(() => watch(form, told).catch(() => {}), EVERY);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (!answer.ok || !answer.headers.get("Content-Disposition")) throw new Error(String(answer.status));
      save(await answer.blob(), name(answer));
      form.closest("details")?.removeAttribute("open");
    } catch {
      form.dataset.plain = "1"; // the refusal, or the page of signing in, is shown as a page
      form.submit();
    } finally {
      clearInterval(watching);
      told.hidden = true;
      button.disabled = false;
    }
  });
})();
