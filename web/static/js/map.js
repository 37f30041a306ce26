// Maps: a plain grid, or tiles where the installation names an address, with one pin to set or pins to look at.
// Positions are degrees of WGS 84, as devices give them. What a map says stands beside it in words too.

const { L } = window;

// Pixels that an arrow key moves the pin, alone and with the shift key.
const STEP = 10;
const LONG_STEP = 60;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const NEAR = 16;
const FAR = 12;

const Grid = L.GridLayer.extend({
  createTile() {
    const tile = document.createElement("div");
    tile.className = "map-grid";
    return tile;
  },
});

const read = (text) => text.split(",").map(Number);

// The attribution is the installation's own text, and never markup.
function escaped(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}

function icon(frame, kind) {
  const symbol = `<svg class="icon" aria-hidden="true" focusable="false"><use href="${frame.dataset.icon}"></use></svg>`;
  return L.divIcon({ className: `map-pin ${kind}`, html: symbol, iconSize: [44, 44], iconAnchor: [22, 40] });
}

function draw(frame) {
  const { tiles, attribution, centre, zoomIn, zoomOut } = frame.dataset;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(frame, {
    attributionControl: false,
    fadeAnimation: !still,
    keyboard: false,
    markerZoomAnimation: !still,
    maxZoom: 18,
    minZoom: 4,
    zoomAnimation: !still,
    zoomControl: false,
  });
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  new Grid().addTo(map);
  if (tiles) {
    L.control.attribution({ prefix: false }).addTo(map);
    L.tileLayer(tiles, { attribution: escaped(attribution) }).addTo(map);
  }
  map.setView(read(centre), FAR);
  return map;
}

// Pins of other things on the page, each with its words; those with an address lead there.
function pins(frame, map, root, layer) {
  layer.clearLayers();
  const places = [];
  for (const element of root.querySelectorAll("[data-pin]")) {
    const place = read(element.dataset.pin);
    const link = element.querySelector("a[href]");
    const label = element.dataset.label;
    const pin = L.marker(place, { icon: icon(frame, "other"), title: label, alt: label, keyboard: Boolean(link) });
    const words = document.createElement("span");
    words.textContent = label;
    pin.bindTooltip(words, { direction: "top", offset: [0, -36] });
    if (link) {
      const follow = () => window.location.assign(link.href);
      pin.on("click", follow);
      pin.on("keydown", ({ originalEvent }) => originalEvent.key === "Enter" && follow());
    }
    layer.addLayer(pin);
    places.push(place);
  }
  return places;
}

function pick(frame) {
  const form = frame.closest("form");
  const { lat, long } = form.elements;
  frame.closest("[data-map-part]").hidden = false;
  frame.hidden = false;
  const map = draw(frame);
  const near = L.layerGroup().addTo(map);
  const pin = L.marker(map.getCenter(), {
    draggable: true,
    autoPan: true,
    icon: icon(frame, "mine"),
    keyboard: false,
    alt: frame.dataset.pinName,
    zIndexOffset: 1000,
  });

  const place = (at) => {
    const { lat: north, lng: east } = at.wrap();
    lat.value = north.toFixed(5);
    long.value = east.toFixed(5);
    form.dispatchEvent(new CustomEvent("position", { detail: { from: "map" } }));
  };
  const follow = ({ detail }) => {
    if (lat.value === "" || long.value === "") {
      pin.remove();
      return;
    }
    pin.setLatLng([lat.value, long.value]).addTo(map);
    if (detail?.from !== "map") {
      map.setView(pin.getLatLng(), Math.max(NEAR, map.getZoom()));
    } else if (!map.getBounds().pad(-0.1).contains(pin.getLatLng())) {
      map.panTo(pin.getLatLng());
    }
  };

  map.on("click", ({ latlng }) => place(latlng));
  pin.on("dragend", () => place(pin.getLatLng()));
  form.addEventListener("position", follow);

  frame.tabIndex = 0;
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-describedby", "h-map");
  frame.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      const step = event.shiftKey ? LONG_STEP : STEP;
      const from = lat.value === "" ? map.getCenter() : pin.getLatLng();
      place(map.containerPointToLatLng(map.latLngToContainerPoint(from).add(L.point(arrow).multiplyBy(step))));
    } else if (event.key === "+" || event.key === "=") {
      map.zoomIn();
    } else if (event.key === "-") {
      map.zoomOut();
    }
  });

  document.body.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.matches("[data-alike]")) {
      const [first] = pins(frame, map, target, near);
      const middle = target.querySelector("[data-middle]");
      const beginning = first ?? (middle && read(middle.dataset.middle));
      if (beginning && lat.value === "") {
        map.setView(beginning, NEAR - 1);
      }
    }
  });
  follow({});
}

function one(frame) {
  frame.hidden = false;
  const map = draw(frame);
  const place = read(frame.dataset.position);
  L.marker(place, { icon: icon(frame, "mine"), keyboard: false, interactive: false, alt: frame.dataset.pinName }).addTo(map);
  map.setView(place, NEAR);
}

// Folded on a phone, where the list comes first; beside the list where there is room.
function list(frame) {
  const fold = frame.closest("details");
  let show;
  const open = () => {
    if (!fold.open || show) {
      return;
    }
    frame.hidden = false;
    const map = draw(frame);
    const layer = L.layerGroup().addTo(map);
    show = () => {
      const places = pins(frame, map, document, layer);
      if (places.length) {
        map.fitBounds(places, { padding: [44, 44], maxZoom: NEAR, animate: false });
      }
    };
    document.body.addEventListener("htmx:afterSettle", show);
    show();
  };
  fold.hidden = false;
  fold.addEventListener("toggle", open);
  fold.open = window.matchMedia("(min-width: 64rem)").matches;
}

const kinds = { pick, one, list };
for (const frame of document.querySelectorAll("[data-map]")) {
  kinds[frame.dataset.map](frame);
}
