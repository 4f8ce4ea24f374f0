import { FakeClient } from '../../__tests__/fakeServer';
import { Verification } from '../verification';

describe('Verification', () => {
  let client: FakeClient;
  let verification: Verification;

  beforeEach(() => {
    client = new FakeClient();
    verification = new Verification(client);
  });

  it('goes on once at a time, and keeps what was found', async () => {
    let told = 0;
    verification.changed.connect(() => told++);
    const running = verification.run('p', false);
    expect(verification.isRunning).toBe(true);
    await verification.run('p', true);
    await running;
    expect(client.verifications).toEqual([{ path: 'p', repair: false }]);
    expect(verification.report?.total).toBe(0);
    expect([verification.isRunning, told]).toEqual([false, 2]);
    verification.clear();
    expect(verification.report).toBeNull();
  });

  it('says what is wrong, and tries again', async () => {
    const verify = jest.spyOn(client, 'verify');
    verify.mockRejectedValueOnce(new Error('gone'));
    await verification.run('p', true);
    expect(verification.error).toBe('gone');
    await verification.run('p', true);
    expect(verification.error).toBeNull();
    expect(verification.isRepair).toBe(true);
  });

  it('tells nobody any more when it is gone', async () => {
    let told = 0;
    verification.changed.connect(() => told++);
    const running = verification.run('p', false);
    verification.dispose();
    await running;
    expect(told).toBe(1);
  });
});
