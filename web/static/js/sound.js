// Short tones that tell success from refusal without looking. Browsers allow them only after a person has touched the page.

let context = null;

/** Make sound possible: to be called while a touch or a key press is being handled. */
export function allowSound() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (Context && !context) {
    context = new Context();
  }
  context?.resume?.();
}

/** Two rising tones: paid. */
export function soundSuccess() {
  tone(784, 0, 0.12, "sine");
  tone(1175, 0.13, 0.22, "sine");
  shake(120);
}

/** Two low tones: not paid. */
export function soundRefusal() {
  tone(220, 0, 0.18, "square");
  tone(165, 0.22, 0.3, "square");
  shake([150, 80, 150]);
}

/** A tick: something was read. */
export function soundRead() {
  tone(1400, 0, 0.05, "sine");
}

function shake(pattern) {
  if (navigator.userActivation?.hasBeenActive) {
    navigator.vibrate?.(pattern);
  }
}

function tone(hertz, after_s, length_s, shape) {
  if (!context || context.state !== "running") {
    return;
  }
  const start = context.currentTime + after_s;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = shape;
  oscillator.frequency.value = hertz;
  // Fading in and out keeps the loudspeaker from clicking.
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(shape === "square" ? 0.12 : 0.3, start + 0.01);
  gain.gain.linearRampToValueAtTime(0, start + length_s);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + length_s);
}
