import type { JSHandle } from '@playwright/test';
import type { Lab } from './support';

/** A key or text that came in, or a new text of the chip; at so many milliseconds of the page's life. */
interface IMoment {
  readonly what: 'input' | 'chip';
  readonly text: string;
  readonly at: number;
}

/** What the chip of the notebook in front said from now on, without a gap, and when. */
export class ChipLog {
  /** Begin to write down what the chip says. */
  static async of(lab: Lab): Promise<ChipLog> {
    const moments = await lab.toolbar().evaluateHandle(toolbar => {
      const moments: IMoment[] = [];
      const note = (what: IMoment['what'], text: string) => {
        moments.push({ what, text, at: performance.now() });
      };
      let shown: string | null = null;
      const look = () => {
        const text = toolbar.querySelector('[role=status]')?.textContent ?? '';
        if (text !== shown) {
          shown = text;
          note('chip', text);
        }
      };
      look();
      new MutationObserver(look).observe(toolbar, {
        characterData: true,
        childList: true,
        subtree: true
      });
      for (const type of ['beforeinput', 'keydown']) {
        document.addEventListener(type, () => note('input', type), true);
      }
      return moments;
    });
    return new ChipLog(moments);
  }

  private constructor(private readonly moments: JSHandle<IMoment[]>) {}

  /** All that the chip said, in order. */
  async texts(): Promise<string[]> {
    return (await this.moments.jsonValue())
      .filter(({ what }) => what === 'chip')
      .map(({ text }) => text);
  }

  /** Milliseconds from the last input to when the chip last began to say this. */
  async delay(text: string): Promise<number> {
    const moments = await this.moments.jsonValue();
    const end = moments.findLastIndex(
      moment => moment.what === 'chip' && moment.text === text
    );
    const input = moments
      .slice(0, Math.max(end, 0))
      .findLast(({ what }) => what === 'input');
    const said = moments[end];
    if (!said || !input) {
      throw new Error(`No input made the chip say ${text}`);
    }
    return Math.round(said.at - input.at);
  }
}
