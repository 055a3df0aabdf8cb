// A pointer over a picture: a mouse or pen chooses where it comes down, a finger where it is lifted or begins to move
// sideways. A finger that scrolls the page chooses nothing. Pure.

const SLACK_PX = 8; // a finger is never quite still

export class Pointing {
  // tell(x, y, isDragged) hears of a place of the window.
  constructor(tell) {
    this.tell = tell;
    this.from = null; // where a finger came down that may be about to scroll
  }

  down({ pointerType, clientX, clientY, shiftKey }) {
    if (pointerType === "touch") this.from = [clientX, clientY];
    else this.tell(clientX, clientY, shiftKey);
  }

  move({ buttons, clientX, clientY }) {
    if (buttons !== 1) return;
    if (this.from && Math.abs(clientX - this.from[0]) < SLACK_PX) return;
    this.up();
    this.tell(clientX, clientY, true);
  }

  up() {
    const from = this.from;
    this.from = null;
    if (from) this.tell(...from, false);
  }

  cancel() {
    this.from = null;
  }
}
