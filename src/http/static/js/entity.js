// The drawing of a neighbourhood begins with its middle where it is wider than the window.
for (const drawing of document.querySelectorAll(".scroll > .ego")) {
  const frame = drawing.parentElement;
  frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
}
