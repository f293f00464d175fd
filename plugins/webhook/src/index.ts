export { plugin } from './plugin';
export { verifyWebhook } from './signature';
