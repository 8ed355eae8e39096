import { byId } from "../dom.js";

/**
 * @import { StageId } from "./stages.js"
 * @typedef {{ x0: number, y0: number, x1: number, y1: number }} Line
 * @typedef {{ line: Line, falls: boolean, tint: string, drift: number, start: number }} Dot
 */

const LIMIT = 160;
const TRAVEL_MS = 900;
/**
 * The style sheet's colour for each kind of dot.
 * @type {Readonly<Record<string, string>>}
 */
const TINTS = {
  post: "--accent",
  dropped: "--quiet",
  candidate: "--calm",
  verified: "--good",
  downgraded: "--bad",
};

/**
 * The animation of the flow: one dot a post, drawn between the cards; a dropped post falls out
 * behind the filter. Decoration only, and off for people who ask for less motion.
 * @param {{ card: (id: StageId) => HTMLElement }} stages
 */
export function particles(stages) {
  const canvas = byId("stream", HTMLCanvasElement);
  const context = canvas.getContext("2d");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Dot[]} */
  let dots = [];
  let running = false;

  /** @param {string} name */
  const colour = (name) => getComputedStyle(canvas).getPropertyValue(name).trim();

  /**
   * @param {StageId} from
   * @param {StageId} to
   * @returns {Line}
   */
  function between(from, to) {
    const frame = canvas.getBoundingClientRect();
    const a = stages.card(from).getBoundingClientRect();
    const b = stages.card(to).getBoundingClientRect();
    const sideBySide = Math.abs(a.top - b.top) < 4;
    return sideBySide
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

  /** @param {number} now */
  function frame(now) {
    if (context === null) return;
    const { width, height } = canvas.getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    dots = dots.filter((dot) => now < dot.start + TRAVEL_MS);
    for (const dot of dots) if (now >= dot.start) draw(context, dot, (now - dot.start) / TRAVEL_MS);
    running = dots.length > 0;
    if (running) requestAnimationFrame(frame);
  }

  return {
    /**
     * Sends a dot from card to card.
     * @param {StageId} from
     * @param {StageId} to
     * @param {{ kind?: string, falls?: boolean, delay?: number }} [options] `kind` is one of TINTS;
     * `delay` in ms spreads a batch
     */
    send(from, to, { kind = "post", falls = false, delay = 0 } = {}) {
      if (context === null || still.matches || document.hidden || dots.length >= LIMIT) return;
      dots.push({
        line: between(from, to),
        falls,
        tint: colour(TINTS[kind] ?? "--calm"),
        drift: (Math.random() - 0.5) * 22,
        start: performance.now() + delay,
      });
      if (!running) requestAnimationFrame(frame);
      running = true;
    },
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Dot} dot
 * @param {number} t how much of its way is done, 0..1
 */
function draw(context, { line, falls, tint, drift }, t) {
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
