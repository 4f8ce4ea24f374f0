import type { ISharedNotebook } from '@jupyter/ydoc';

type Kind = 'undo' | 'redo';

/** What is needed of a Yjs undo manager; the interface of shared notebooks does not promise one. */
interface IUndoManager {
  readonly undoStack: readonly object[];
  readonly redoStack: object[];
  stopCapturing(): void;
  undo(): unknown;
  redo(): unknown;
  on(
    event: 'stack-item-popped',
    handler: (event: { stackItem: object; type: Kind }) => void
  ): void;
}

/**
 * Change a notebook in two transactions that one undo takes back, and one redo repeats.
 *
 * JupyterLab's output areas do not survive the replacement of a stream by another one of the same name
 * in one transaction, be it the first time, an undo or a redo: they hear of the new text while the old
 * one is there, join the two, and write that back into the document. So what goes and what comes has to
 * be kept apart in every direction.
 *
 * @param shared - The notebook.
 * @param first - What goes.
 * @param second - What comes.
 * @param between - What is no part of the change, and is to be done while nothing is there.
 * @param isFinal - Whether there is no redo once it was undone.
 */
export function transactInSteps(
  shared: ISharedNotebook,
  first: () => void,
  second: () => void,
  between: () => void = () => undefined,
  isFinal = false
): void {
  const manager = undoManagerOf(shared);
  const run = (step: () => void): object | undefined => {
    const before = top(manager?.undoStack);
    manager?.stopCapturing();
    shared.transact(step);
    const after = top(manager?.undoStack);
    return after === before ? undefined : after;
  };
  const gone = run(first);
  between();
  const come = run(second);
  // What comes next is a step of its own too; Yjs would join what follows within 500 ms.
  manager?.stopCapturing();
  if (manager && gone && come) {
    pairsOf(manager).join(gone, come);
  }
  if (manager && isFinal) {
    for (const item of [gone, come]) {
      if (item) {
        pairsOf(manager).forbidRedo(item);
      }
    }
  }
}

/** Undoes and redoes the two halves of a change together. */
class UndoPairs {
  constructor(manager: IUndoManager) {
    this._manager = manager;
    manager.on('stack-item-popped', ({ stackItem, type }) =>
      this._onPopped(stackItem, type)
    );
  }

  /** Have two items of a stack undone and redone together. */
  join(one: object, other: object): void {
    this._partners.set(one, other);
    this._partners.set(other, one);
  }

  /** Have an item forgotten when it is undone. */
  forbidRedo(item: object): void {
    this._final.add(item);
  }

  private _onPopped(item: object, type: Kind): void {
    this._follow(item, type);
    if (type === 'undo' && this._final.has(item)) {
      this._manager.redoStack.pop();
    }
  }

  private _follow(item: object, type: Kind): void {
    const { redoStack, undoStack } = this._manager;
    const [from, to] =
      type === 'undo' ? [undoStack, redoStack] : [redoStack, undoStack];
    const moved = top(to);
    const partner = this._partners.get(item);
    if (!partner || !moved) {
      return;
    }
    if (partner === top(from)) {
      this._moved = { partner, item: moved };
      // The manager is busy until its own call returns.
      queueMicrotask(() => this._continue(partner, type));
    } else if (this._moved?.partner === item) {
      this.join(this._moved.item, moved);
      this._moved = null;
    }
  }

  private _continue(partner: object, type: Kind): void {
    const manager = this._manager;
    if (type === 'undo' && top(manager.undoStack) === partner) {
      manager.undo();
    } else if (type === 'redo' && top(manager.redoStack) === partner) {
      manager.redo();
    }
  }

  /** The half that has gone over to the other stack, while its partner is on its way. */
  private _moved: { partner: object; item: object } | null = null;
  private readonly _manager: IUndoManager;
  private readonly _final = new WeakSet<object>();
  private readonly _partners = new WeakMap<object, object>();
}

const pairs = new WeakMap<IUndoManager, UndoPairs>();

function pairsOf(manager: IUndoManager): UndoPairs {
  let known = pairs.get(manager);
  if (!known) {
    known = new UndoPairs(manager);
    pairs.set(manager, known);
  }
  return known;
}

function undoManagerOf(shared: ISharedNotebook): IUndoManager | undefined {
  return (shared as { undoManager?: IUndoManager }).undoManager;
}

function top(stack: readonly object[] | undefined): object | undefined {
  return stack?.[stack.length - 1];
}
