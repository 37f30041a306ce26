// Reads QR codes from the device's camera, in the page: no picture leaves the device.

const LOOK_EVERY_MS = 120;
const SAME_AGAIN_MS = 4000;
const REASONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

/**
 * Look for codes in the picture of the camera until the page goes.
 *
 * @param video the element that shows the picture
 * @param wasmUrl where our own host has the decoder for browsers that bring none
 * @param onState called with "starting", "looking", "paused", or why the camera is off:
 *   "insecure", "refused", "none", "busy", "unable"
 * @param onText called with the text of each code; the same text not again within some seconds
 * @returns a function that tries again
 */
export function scan({ video, wasmUrl, onState, onText }) {
  let stream = null;
  let detector = null;
  let timer = 0;
  let opening = false;
  let last = { text: "", at: -Infinity };

  async function start() {
    if (opening || stream) {
      return;
    }
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
      onState("insecure");
      return;
    }
    opening = true;
    onState("starting");
    try {
      detector ??= await makeDetector(wasmUrl);
      if (!detector) {
        onState("unable");
        return;
      }
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      onState("looking");
      look();
    } catch (error) {
      stop();
      onState(REASONS[error.name] ?? "unable");
    } finally {
      opening = false;
    }
  }

  function stop() {
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
  }

  async function look() {
    if (!stream) {
      return;
    }
    try {
      const [found] = await detector.detect(video);
      if (found && (found.rawValue !== last.text || performance.now() - last.at > SAME_AGAIN_MS)) {
        last = { text: found.rawValue, at: performance.now() };
        onText(found.rawValue);
      }
    } catch {
      // A frame that cannot be read yet; the next one follows at once.
    }
    timer = setTimeout(look, LOOK_EVERY_MS);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      start();
    } else if (stream) {
      stop();
      onState("paused");
    }
  });
  window.addEventListener("pagehide", stop);
  start();
  return { start, stop };
}

/** Return a detector of QR codes, or null where neither the browser nor the decoder we bring can read them. */
async function makeDetector(wasmUrl) {
  // The decoder we bring would fetch its program from another host unless told otherwise.
  window.BarcodeDetectionAPI?.prepareZXingModule?.({ overrides: { locateFile: () => wasmUrl } });
  if (!window.BarcodeDetector) {
    return null;
  }
  const formats = await window.BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
}
