import { byId } from "./dom.js";

const LIMIT = 160;
const TRAVEL_MS = 900;
/** The style sheet's colour for each kind of dot. */
const TINTS = {
  post: "accent",
  dropped: "quiet",
  candidate: "calm",
  verified: "good",
  downgraded: "bad",
};

/**
 * The moving picture of the flow: one dot a post, drawn between the cards; what is dropped falls
 * out behind the filter. Decoration only, and still for people who ask for less motion.
 */
export function particles(stages) {
  const canvas = byId("stream");
  const context = canvas.getContext("2d");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let dots = [];
  let running = false;

  const colour = (name) => getComputedStyle(canvas).getPropertyValue(name).trim();

  function between(from, to) {
    const frame = canvas.getBoundingClientRect();
    const [a, b] = [
      stages.card(from).getBoundingClientRect(),
      stages.card(to).getBoundingClientRect(),
    ];
    const row = Math.abs(a.top - b.top) < 4;
    return row
      ? {
          x0: a.right - frame.left - 14,
          y0: a.top - frame.top + 30,
          x1: b.left - frame.left + 14,
          y1: b.top - frame.top + 30,
        }
      : {
          x0: a.left - frame.left + 30,
          y0: a.bottom - frame.top - 8,
          x1: b.left - frame.left + 30,
          y1: b.top - frame.top + 8,
        };
  }

  function frame(now) {
    const { width, height } = canvas.getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    dots = dots.filter((dot) => now < dot.start + TRAVEL_MS);
    for (const dot of dots) if (now >= dot.start) draw(dot, (now - dot.start) / TRAVEL_MS);
    running = dots.length > 0;
    if (running) requestAnimationFrame(frame);
  }

  function draw({ line, falls, tint, drift }, t) {
    const eased = t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2;
    const x = line.x0 + (line.x1 - line.x0) * (falls ? eased * 0.6 : eased);
    const y =
      line.y0 +
      (line.y1 - line.y0) * eased +
      drift * Math.sin(t * Math.PI) +
      (falls ? t * t * 46 : 0);
    context.globalAlpha = falls ? 1 - t : Math.min(1, 4 * Math.min(t, 1 - t) + 0.15);
    context.fillStyle = tint;
    context.beginPath();
    context.arc(x, y, falls ? 2.2 : 2.8, 0, 2 * Math.PI);
    context.fill();
  }

  return {
    /** `kind` is one of TINTS; `delay` in ms spreads a batch. */
    send(from, to, { kind = "post", falls = false, delay = 0 } = {}) {
      if (still.matches || document.hidden || dots.length >= LIMIT) return;
      const drift = (Math.random() - 0.5) * 22;
      dots.push({
        line: between(from, to),
        falls,
        tint: colour(`--${TINTS[kind]}`),
        drift,
        start: performance.now() + delay,
      });
      if (!running) requestAnimationFrame(frame);
      running = true;
    },
  };
}
