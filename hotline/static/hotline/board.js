// Charts of the board, drawn from their tables, and the board kept up to date; without this file the tables stand alone.
"use strict";

const boardColours = () => {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), paper: of("--paper"), in: of("--chart-in"), late: of("--chart-late"), open: of("--chart-open"), rate: of("--chart-rate") };
};

function rowsOf(table) {
  return [...table.tBodies[0].rows].map((row) => ({
    name: row.dataset.name,
    share: row.dataset.share === "" ? null : Number(row.dataset.share),
    cells: [...row.cells].slice(1).map((cell) => Number(cell.textContent) || 0),
  }));
}

function course(table, aim) {
  const rows = rowsOf(table);
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const c = boardColours();
  const size = parseFloat(getComputedStyle(document.body).fontSize) * 0.86;
  const text = { color: c.quiet, fontSize: size, fontFamily: getComputedStyle(document.body).fontFamily };
  const axis = (grid, more) => ({ type: "category", gridIndex: grid, data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { lineStyle: { color: c.line } }, axisLabel: { ...text, interval: 0, hideOverlap: true }, ...more });
  const scale = (grid, more) => ({ type: "value", gridIndex: grid, splitNumber: 3, minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: c.line } }, ...more });
  const bar = (name, place, colour, decal, stack) => ({ name, type: "bar", stack, data: rows.map((row) => row.cells[place]), itemStyle: { color: colour, decal }, barMaxWidth: 22, barGap: "10%", emphasis: { disabled: true } });
  return {
    animation: false, textStyle: text, backgroundColor: "transparent",
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: c.paper, borderColor: c.line, textStyle: { ...text, color: c.ink } },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: text, data: [heads[1], heads[2], heads[3], heads[5]] },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: [{ left: size * 3.2, right: size, top: size * 2.6, height: "46%" }, { left: size * 3.2, right: size, bottom: size * 2.1, height: "20%" }],
    xAxis: [axis(0, { axisLabel: { show: false } }), axis(1)],
    yAxis: [scale(0), scale(1, { min: (range) => Math.max(0, Math.floor(Math.min(range.min, aim) / 10) * 10 - 10), max: 100, splitNumber: 2, axisLabel: { ...text, formatter: "{value}%" } })],
    series: [
      bar(heads[1], 0, c.in),
      bar(heads[2], 1, c.late, { symbol: "none" }, "late"),
      bar(heads[3], 2, c.open, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -0.8, color: "rgba(255,255,255,.55)" }, "late"),
      { name: heads[5], type: "line", xAxisIndex: 1, yAxisIndex: 1, data: rows.map((row) => row.share), symbol: "circle", symbolSize: 6, lineStyle: { width: 2, color: c.rate }, itemStyle: { color: c.rate }, tooltip: { valueFormatter: (value) => (value == null ? "—" : `${value}%`) }, markLine: { silent: true, symbol: "none", animation: false, label: { show: false }, lineStyle: { color: c.ink, type: "solid", width: 1 }, data: [{ yAxis: aim }] } },
    ],
  };
}

const drawn = new Map();

function draw(root = document) {
  if (!window.echarts) return;
  root.querySelectorAll("[data-chart]").forEach((place) => {
    const table = document.getElementById(place.dataset.table);
    if (!table) return;
    const details = table.closest("details");
    place.hidden = false;
    if (!drawn.has(place)) details.open = document.body.dataset.tableOpen === "yes";
    drawn.get(place)?.dispose();
    const chart = window.echarts.init(place, null, { renderer: "canvas", locale: document.documentElement.lang === "en" ? "EN" : "ZH" });
    chart.setOption(course(table, Number(place.dataset.aim)));
    drawn.set(place, chart);
    details.addEventListener("toggle", () => { document.body.dataset.tableOpen = details.open ? "yes" : "no"; });
  });
}

function forget() {
  drawn.forEach((chart) => chart.dispose());
  drawn.clear();
}

// ── up to date: asked again each minute; an answer of 304 changes nothing ─────────────────────────────────────────────────────
let tag = "";
let asking = null;

async function ask() {
  const board = document.querySelector("[data-live]");
  if (!board || document.hidden || board.contains(document.activeElement)) return;
  const headers = { "HX-Request": "true" };
  if (tag) headers["If-None-Match"] = tag;
  try {
    const answer = await fetch(board.dataset.live, { headers, cache: "no-store", credentials: "same-origin" });
    if (answer.status === 401) { document.dispatchEvent(new Event("signed-out")); clearInterval(asking); return; }
    if (answer.status !== 200) return;
    const known = tag;
    tag = answer.headers.get("ETag") ?? "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
    if (!fresh || (!known && fresh.textContent === board.textContent)) return;
    forget();
    board.replaceWith(fresh);
    draw(fresh);
  } catch { /* away for a moment: the next minute asks again */ }
}

document.addEventListener("DOMContentLoaded", () => {
  draw();
  const every = Number(document.querySelector("[data-live]")?.dataset.every ?? 60) * 1000;
  asking = setInterval(ask, every);
});
window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
window.addEventListener("beforeprint", () => { drawn.forEach((chart) => chart.resize()); draw(); });
window.addEventListener("afterprint", () => draw());
