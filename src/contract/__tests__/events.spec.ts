import { readFileSync } from 'fs';
import { join } from 'path';
import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';
import type * as yaml from 'yaml';
import { CacheEvents, INPUTS_EVENT, JOB_EVENT, STORE_EVENT } from '../events';

// The build for browsers, which Jest would choose, is an ES module.
const { parse } = jest.requireActual<typeof yaml>('../../../node_modules/yaml');

interface ISchema {
  $id: string;
  required: string[];
}

function schema(name: string): ISchema {
  const path = join(__dirname, `../../../jupyterlab_cache/events/${name}.yaml`);
  return parse(readFileSync(path, 'utf-8')) as ISchema;
}

const job = {
  job: 'a1',
  path: 'a.ipynb',
  state: 'running',
  cells_done: 1,
  cells_total: 2
};
const store = { path: 'a.ipynb', action: 'added' };

describe('CacheEvents', () => {
  const stream = new Stream<Event.IManager, Event.Emission>(
    {} as Event.IManager
  );
  const events = new CacheEvents(stream);
  const jobs = jest.fn();
  const stores = jest.fn();
  events.jobChanged.connect((_, event) => void jobs(event));
  events.storeChanged.connect((_, event) => void stores(event));

  beforeEach(() => {
    jobs.mockClear();
    stores.mockClear();
  });

  it('knows the schemas of the server', () => {
    expect(schema('job').$id).toBe(JOB_EVENT);
    expect(schema('store').$id).toBe(STORE_EVENT);
    expect(schema('inputs').$id).toBe(INPUTS_EVENT);
    expect(Object.keys(job).sort()).toEqual(schema('job').required.sort());
    expect(Object.keys(store).sort()).toEqual(schema('store').required.sort());
  });

  it('tells of changed inputs', () => {
    const inputs = jest.fn();
    events.inputsChanged.connect((_, event) => void inputs(event));
    stream.emit({ schema_id: INPUTS_EVENT, path: 'a.ipynb' });
    stream.emit({ schema_id: INPUTS_EVENT, path: 3 });
    expect(inputs).toHaveBeenCalledTimes(1);
    expect(inputs).toHaveBeenCalledWith(
      expect.objectContaining({ path: 'a.ipynb' })
    );
  });

  it('picks our events from those of all extensions', () => {
    stream.emit({ schema_id: JOB_EVENT, ...job });
    stream.emit({ schema_id: STORE_EVENT, ...store });
    stream.emit({ schema_id: 'https://other.example/v1', ...job });
    expect(jobs).toHaveBeenCalledTimes(1);
    expect(jobs).toHaveBeenCalledWith(expect.objectContaining(job));
    expect(stores).toHaveBeenCalledTimes(1);
    expect(stores).toHaveBeenCalledWith(expect.objectContaining(store));
  });

  it('passes over what has not the right shape', () => {
    stream.emit({ schema_id: JOB_EVENT, job: 'a1' });
    stream.emit({ schema_id: STORE_EVENT, path: 'a.ipynb', action: 'eaten' });
    expect(jobs).not.toHaveBeenCalled();
    expect(stores).not.toHaveBeenCalled();
  });

  it('hears nothing after it was disposed of', () => {
    events.dispose();
    stream.emit({ schema_id: JOB_EVENT, ...job });
    expect(jobs).not.toHaveBeenCalled();
    expect(events.isDisposed).toBe(true);
  });
});
