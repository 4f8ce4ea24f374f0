import type { TranslationBundle } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import type { AccordionPanel } from '@lumino/widgets';
import type { INotebookCache } from '../tokens';
import { cacheIcon } from '../toolbar/icons';
import type { IComparer } from './notebookSection';
import { LazySection } from './section';

/** The side panel *Notebook cache*; the bodies of its sections are loaded when it is first shown. */
export class CachePanel extends SidePanel {
  /**
   * @param cache - What it shows.
   * @param trans - For its words.
   * @param comparer - Compares entries with the document.
   */
  constructor(
    cache: INotebookCache,
    trans: TranslationBundle,
    comparer: IComparer
  ) {
    super();
    this.id = 'jupyterlab-cache:panel';
    this.addClass('jp-NotebookCache-panel');
    this.title.icon = cacheIcon;
    this.title.caption = trans.__('Notebook cache');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Notebook cache'));
    this.header.addWidget(titleOf(trans.__('Notebook cache')));
    this.addWidget(
      new LazySection(trans.__('This notebook'), async () => {
        const { NotebookSection } = await import('./notebookSection');
        return new NotebookSection(cache, trans, comparer);
      })
    );
    this.addWidget(
      new LazySection(trans.__('Jobs'), async () => {
        const { JobsSection } = await import('./jobsSection');
        return new JobsSection(cache, trans);
      })
    );
    (this.content as AccordionPanel).setRelativeSizes([3, 1]);
  }
}

/** The panel's heading, above those of its sections. */
function titleOf(text: string): Widget {
  const node = document.createElement('h2');
  node.textContent = text;
  const widget = new Widget({ node });
  widget.addClass('jp-NotebookCache-panelTitle');
  return widget;
}
