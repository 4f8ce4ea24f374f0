import { EditorView } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { MergeView } from 'nbdime/lib/common/mergeview';
import { StringDiffModel } from 'nbdime/lib/diff/model/string';
import { DiffRangeRaw } from 'nbdime/lib/diff/range';
import type { ICellRow } from '../diff/notebooks';
import { diffTexts } from '../diff/texts';
import type { IMark } from '../diff/texts';
import { Columns, captionOf } from './columns';

/** What is needed to show code. */
export interface ISourceViewOptions {
  /** Makes editors in the person's own theme. */
  readonly factory: CodeEditor.Factory;

  /** MIME type of the code; null when not known. */
  readonly mimetype: string | null;

  /** For the words of the editors. */
  readonly translator: ITranslator;

  /** For our words. */
  readonly trans: TranslationBundle;
}

/** The code of a cell on both sides; code that did not change is shown once. */
export function sourceView(row: ICellRow, options: ISourceViewOptions): Widget {
  const { trans } = options;
  const panel = new Panel();
  panel.addClass('jp-NotebookCache-source');
  panel.node.dataset.change = row.source;
  const before = row.before?.cell.source ?? '';
  const after = row.after?.cell.source ?? '';
  if (row.source === 'changed') {
    const { added, removed } = diffTexts(before, after);
    panel.addWidget(
      captionOf(
        trans.__('Code changed; lines removed: %1, added: %2', removed, added)
      )
    );
    panel.addWidget(mergeView(before, after, options));
  } else if (row.source === 'same') {
    panel.addWidget(captionOf(trans.__('Code, unchanged')));
    panel.addWidget(codeOf(after));
  } else {
    const columns = new Columns(trans);
    const column = row.source === 'added' ? columns.after : columns.before;
    column.addWidget(codeOf(after || before));
    panel.addWidget(
      captionOf(
        row.source === 'added'
          ? trans.__('Cell added')
          : trans.__('Cell removed')
      )
    );
    panel.addWidget(columns);
  }
  return panel;
}

/** Both codes in nbdime's view, which aligns their lines. */
function mergeView(
  before: string,
  after: string,
  options: ISourceViewOptions
): Widget {
  const { factory, mimetype, trans, translator } = options;
  const marks = diffTexts(before, after);
  const view = new MergeView({
    remote: new StringDiffModel(
      before,
      after,
      rangesOf(marks.after),
      rangesOf(marks.before)
    ),
    factory,
    translator,
    collapseIdentical: 2,
    config: { readOnly: true, lineNumbers: false, lineWrap: true },
    // There is nothing to edit, and so nothing that Tab would stop at.
    extensions: [EditorView.editable.of(false)]
  });
  const editors = [
    [view.base, trans.__('Code before')],
    [view.right?.remoteEditorWidget, trans.__('Code after')]
  ] as const;
  for (const [editor, name] of editors) {
    if (editor) {
      editor.cm.contentDOM.setAttribute('aria-label', name);
      if (mimetype) {
        editor.model.mimeType = mimetype;
      }
    }
  }
  for (const gap of view.node.querySelectorAll('.cm-merge-gap')) {
    gap.setAttribute('aria-hidden', 'true');
  }
  return view;
}

function rangesOf(marks: readonly IMark[]): DiffRangeRaw[] {
  return marks.map(
    ({ from, to }) => new DiffRangeRaw(from, to - from, undefined)
  );
}

function codeOf(source: string): Widget {
  const node = document.createElement('pre');
  node.textContent = source;
  const widget = new Widget({ node });
  widget.addClass('jp-NotebookCache-code');
  return widget;
}
