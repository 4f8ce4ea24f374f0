import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/**
 * Have settings applied now and whenever they change. Without them the defaults stay.
 *
 * @param registry - The settings; null where the application has none.
 * @param plugin - Whose settings.
 * @param apply - Takes them over.
 */
export function followSettings(
  registry: ISettingRegistry | null,
  plugin: string,
  apply: (settings: ISettingRegistry.ISettings) => void
): void {
  registry
    ?.load(plugin)
    .then(settings => {
      settings.changed.connect(apply);
      apply(settings);
    })
    .catch((reason: unknown) => {
      // eslint-disable-next-line no-console -- there is nobody to ask: the defaults do.
      console.warn(`The settings of ${plugin} could not be loaded.`, reason);
    });
}
