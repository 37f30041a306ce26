// Boxes over photos that will be public: drawn with a finger or the mouse, removed by a touch. Without this, cells are ticked.

const WHOLE = 1000;
// What is smaller was a touch, not a box.
const SMALLEST = 8;
const SVG = "http://www.w3.org/2000/svg";

for (const part of document.querySelectorAll("[data-boxing]")) {
  const canvas = part.querySelector("[data-canvas]");
  const drawing = canvas.querySelector("svg");
  const cells = part.querySelector("[data-cells]");
  const kept = part.querySelector("[data-kept]");
  const input = kept.querySelector("input");
  const grid = part.querySelector("[data-grid]");
  const count = part.querySelector("[data-count]");
  let boxes = input.value.split(";").filter(Boolean).map((text) => text.split(",").map(Number));
  let begin = null;

  const show = (unfinished) => {
    const all = unfinished ? [...boxes, unfinished] : boxes;
    drawing.replaceChildren(
      ...all.map(([x, y, width, height]) => {
        const rect = document.createElementNS(SVG, "rect");
        for (const [name, value] of Object.entries({ x, y, width, height })) {
          rect.setAttribute(name, value);
        }
        return rect;
      }),
    );
    input.value = boxes.map((box) => box.join(",")).join(";");
    input.checked = boxes.length > 0;
    count.textContent = `${count.dataset.words} ${boxes.length}`;
  };

  const place = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const within = (value) => Math.min(WHOLE, Math.max(0, Math.round(value * WHOLE)));
    return [within((clientX - left) / width), within((clientY - top) / height)];
  };

  const between = ([x, y], [otherX, otherY]) => {
    return [Math.min(x, otherX), Math.min(y, otherY), Math.abs(x - otherX), Math.abs(y - otherY)];
  };

  const useGrid = (isGrid) => {
    cells.hidden = !isGrid;
    canvas.classList.toggle("drawing", !isGrid);
    grid.setAttribute("aria-pressed", String(isGrid));
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (cells.hidden && event.isPrimary && event.button === 0) {
      begin = place(event);
      canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    if (begin) {
      show(between(begin, place(event)));
    }
  });

  canvas.addEventListener("pointerup", (event) => {
    if (!begin) {
      return;
    }
    const [x, y] = place(event);
    const made = between(begin, [x, y]);
    begin = null;
    if (made[2] >= SMALLEST && made[3] >= SMALLEST) {
      boxes.push(made);
    } else {
      const last = boxes.findLastIndex(([left, top, width, height]) => {
        return x >= left && x <= left + width && y >= top && y <= top + height;
      });
      boxes = boxes.filter((_box, index) => index !== last);
    }
    show();
  });

  canvas.addEventListener("pointercancel", () => {
    begin = null;
    show();
  });

  part.querySelector("[data-undo]").addEventListener("click", () => {
    boxes.pop();
    show();
  });

  grid.addEventListener("click", () => useGrid(cells.hidden));

  kept.hidden = true;
  part.querySelector("[data-tools]").hidden = false;
  useGrid(false);
  show();
}
