export { plugin } from './plugin';
export { signWebhook, verifyWebhook } from './signature';
