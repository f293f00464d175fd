import type { Random } from '@kohort/kernel-clock-random';
import { categories, pickProduct, type Product } from './catalogue';
import type { Nature } from './archetypes';
import type { WorldMessage } from './world-message';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const COUNTRIES = [
  'Germany',
  'Germany',
  'Germany',
  'United Kingdom',
  'United Kingdom',
  'France',
  'France',
  'Netherlands',
  'Spain',
  'Austria',
] as const;
const FIRST_NAMES = [
  'Anna',
  'Ben',
  'Clara',
  'David',
  'Elif',
  'Finn',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kira',
  'Luca',
  'Mia',
  'Noah',
  'Olga',
  'Paul',
] as const;
const CHANNELS = ['search', 'search', 'social', 'newsletter', 'friend'] as const;
const HOURS = [7, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 20, 21, 21, 22] as const;
const PLANS = ['free', 'free', 'free', 'plus', 'plus', 'pro'] as const;

const pick = <T>(items: readonly T[], random: Random): T => items[random.int(items.length)] as T;

/** A customer's place in their world. */
export interface LifeFrame {
  readonly index: number;
  readonly seed: number;
  /** The world's first instant, epoch milliseconds; it ends `days` later. */
  readonly startMs: number;
  readonly days: number;
}

export const customerIdOf = (index: number): string => `c${String(index + 1).padStart(6, '0')}`;

/** Writes one customer's messages, in order of time. */
export class CustomerLife {
  private readonly messages: WorldMessage[] = [];
  private readonly userId: string;
  private readonly favourite: string;
  private readonly devices: readonly string[];
  private known = false;
  private orders = 0;

  constructor(
    private readonly frame: LifeFrame,
    private readonly nature: Nature,
    private readonly random: Random,
  ) {
    this.userId = customerIdOf(frame.index);
    this.favourite = pick(categories, random);
    const device = (n: number): string => `d${frame.index + 1}-${n}-${random.uint32().toString(36)}`;
    this.devices = random.next() < 0.3 ? [device(1), device(2)] : [device(1)];
  }

  live(): readonly WorldMessage[] {
    const { random, nature, frame } = this;
    // Most people look around once before anybody knows them.
    let day = nature.firstDay;
    this.visit(day, random.next() < 0.4 ? 'browse' : 'join');
    if (nature.archetype === 'one_time') this.visit((day += 0.2 + random.next()), 'order');
    if (nature.archetype === 'new' && random.next() < 0.55) this.visit((day += 0.1 + 2 * random.next()), 'order');
    for (const stretch of nature.stretches) {
      day = Math.max(day, stretch.fromDay);
      for (;;) {
        day += -Math.log(1 - random.next()) / stretch.visitsPerDay;
        if (day >= Math.min(stretch.toDay, frame.days)) break;
        this.visit(day, random.next() < nature.conversion ? 'order' : 'browse');
      }
    }
    return this.messages;
  }

  /** One session: perhaps a page, some products, and what the visit was for. */
  private visit(day: number, purpose: 'browse' | 'join' | 'order'): void {
    if (day >= this.frame.days) return;
    const { random } = this;
    let at =
      this.frame.startMs + Math.floor(day) * DAY_MS + pick(HOURS, random) * 3_600_000 + random.int(60) * MINUTE_MS;
    const endMs = this.frame.startMs + this.frame.days * DAY_MS;
    const step = (): number => (at = Math.min(at + (20 + random.int(200)) * 1000, endMs - 1));
    at = Math.min(at, endMs - 1);
    // A second device is known by its first visit only when its owner signs in there.
    const device = this.known && this.devices.length > 1 && random.next() < 0.4 ? this.devices[1] : this.devices[0];
    const signedIn = this.known && (device !== this.devices[0] || random.next() < 0.75);
    const who = { anonymousId: device ?? '', ...(signedIn ? { userId: this.userId } : {}) };
    if (random.next() < 0.15) this.page(at, who);
    const views = purpose === 'order' ? random.int(2) : 1 + Number(random.next() < 0.2);
    for (let i = 0; i < views; i += 1) this.view(step(), who);
    if (purpose === 'browse') return;
    if (!this.known) this.identify(step(), who.anonymousId);
    if (purpose === 'order') this.order(step(), { ...who, userId: this.userId });
  }

  private page(at: number, who: Pick<WorldMessage, 'anonymousId' | 'userId'>): void {
    this.push({ type: 'page', ...who, name: 'Home', properties: { path: '/' } }, at);
  }

  private view(at: number, who: Pick<WorldMessage, 'anonymousId' | 'userId'>): void {
    const { product_id, name, category, priceCents } = pickProduct(this.favourite, this.random);
    this.push(
      {
        type: 'track',
        ...who,
        event: 'Product Viewed',
        properties: { product_id, name, category, price: priceCents / 100 },
      },
      at,
    );
  }

  private identify(at: number, anonymousId: string): void {
    const { random } = this;
    this.known = true;
    const traits = {
      email: `${this.userId}@example.com`,
      first_name: pick(FIRST_NAMES, random),
      country: pick(COUNTRIES, random),
      plan: pick(PLANS, random),
      signup_channel: pick(CHANNELS, random),
    };
    this.push({ type: 'identify', userId: this.userId, anonymousId, traits }, at);
  }

  private order(at: number, who: Pick<WorldMessage, 'anonymousId' | 'userId'>): void {
    const { random, nature } = this;
    this.orders += 1;
    const budget = nature.basketCents * Math.exp(nature.basketSpread * random.normal());
    const products: { product_id: string; name: string; category: string; price: number; quantity: number }[] = [];
    let cents = 0;
    for (let line = 0; line < 5 && (line === 0 || cents < budget * 0.8); line += 1) {
      const { product_id, name, category, priceCents }: Product = pickProduct(this.favourite, random);
      const quantity = Math.max(1, Math.min(50, Math.round((budget - cents) / priceCents / (1 + random.int(3)))));
      products.push({ product_id, name, category, price: priceCents / 100, quantity });
      cents += priceCents * quantity;
    }
    const properties = {
      order_id: `${this.userId}-${this.orders}`,
      revenue: cents / 100,
      currency: 'EUR',
      items: products.length,
      units: products.reduce((sum, product) => sum + product.quantity, 0),
      products,
    };
    this.push({ type: 'track', ...who, event: 'Order Completed', properties }, at);
  }

  private push(message: Omit<WorldMessage, 'messageId' | 'timestamp'>, at: number): void {
    const { index, seed } = this.frame;
    const messageId = `w${seed}-${index + 1}-${this.messages.length + 1}`;
    this.messages.push({ ...message, messageId, timestamp: new Date(at).toISOString() });
  }
}
