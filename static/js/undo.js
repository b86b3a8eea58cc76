// What was, and what was taken back.

const KEPT = 200;
const ONE_GO = 1000; // ms: presses of a key on the same control are one step

export class Undo {
  constructor(first) {
    this.now = first;
    this.past = [];
    this.future = [];
    this.last = { by: null, at: 0 };
  }

  /** `state` is what is now; `by` names the control that made it so. */
  keep(state, by) {
    const at = performance.now();
    const goesOn = by !== null && by === this.last.by && at - this.last.at < ONE_GO && !this.future.length;
    if (!goesOn) this.past = [...this.past, this.now].slice(-KEPT);
    this.now = state;
    this.future = [];
    this.last = { by, at };
  }

  /** A step back, or forth again: the state to show, or null where there is none. */
  back() { return this.step(this.past, this.future); }
  forth() { return this.step(this.future, this.past); }

  step(from, to) {
    if (!from.length) return null;
    to.push(this.now);
    this.now = from.pop();
    this.last = { by: null, at: 0 };
    return this.now;
  }
}
