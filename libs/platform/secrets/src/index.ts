export { destinationPlace, openSecretBox, secretErrors } from './secret-box';
export type { SecretBox } from './secret-box';
