export { firstPartyPlugins } from './plugins';
