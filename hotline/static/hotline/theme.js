// Before anything is painted: dark where the reader, or his system, wants it. Without scripts every page is light.
(function () {
  const root = document.documentElement;
  root.dataset.scripts = "yes";
  if (root.dataset.theme !== "auto") return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.theme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
})();
