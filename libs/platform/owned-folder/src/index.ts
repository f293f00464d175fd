export { isAlive, livingOwner, ownFolder } from './folder-owner';
