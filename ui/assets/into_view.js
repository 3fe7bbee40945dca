// Brings a place of the page to the top of the screen, unless one sees it already.

export default function ({ data }) {
  const place = document.querySelector(`.st-key-${data.place}`);
  if (!place || place.dataset.broughtFor === data.occasion) return;
  place.dataset.broughtFor = data.occasion;
  const { top, bottom } = place.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  place.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
}
