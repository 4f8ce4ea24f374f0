import { PanelWithToolbar } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';

/** A section of the panel that gets its body when it is first shown. */
export class LazySection extends PanelWithToolbar {
  /**
   * @param name - What it is called.
   * @param createBody - Makes its body.
   */
  constructor(name: string, createBody: () => Promise<Widget>) {
    super();
    this.title.label = name;
    this._createBody = createBody;
    this.addClass('jp-NotebookCache-section');
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._load();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      void this._load();
    }
  }

  private async _load(): Promise<void> {
    const createBody = this._createBody;
    if (createBody) {
      this._createBody = null;
      const body = await createBody();
      if (this.isDisposed) {
        body.dispose();
      } else {
        this.addWidget(body);
      }
    }
  }

  private _createBody: (() => Promise<Widget>) | null;
}
