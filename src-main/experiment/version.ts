import packageJson from '../../package.json' with { type: 'json' };

/** The application's version: part of what makes two pretraining stages equal. */
export const APP_VERSION: string = packageJson.version;
