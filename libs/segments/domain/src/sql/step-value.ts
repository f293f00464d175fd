import type { SqlOperand } from './sql-condition';
import type { JsonValue } from './json-value';

/** Stands for a text that is no time. */
const NO_TIME = 'toInt64(-9223372036854775807)';

const KINDS = { missing: 0, text: 1, number: 2, flag: 3, other: 4 } as const;

/** A property read once an event: kind, number (1 and 0 for true and false), text, and time where one is compared. */
export function gatherValue(value: JsonValue, zone: string | null): string {
  const kind = `multiIf(${value.isText}, ${KINDS.text}, ${value.isNumber}, ${KINDS.number}, ${value.isFlag}, ${KINDS.flag}, ${value.exists}, ${KINDS.other}, ${KINDS.missing})`;
  // Zero added: −0 and 0 are one number.
  const number = `if(${value.isFlag}, toFloat64(${value.flag}), ${value.number} + 0)`;
  const moment = zone === null ? NO_TIME : `ifNull(${value.moment(zone)}, ${NO_TIME})`;
  return `(${kind}, ${number}, ${value.text}, ${moment})`;
}

/** One element of a tuple; nested ones are not written with two dots, which would read as a number. */
export function element(tuple: string, place: number): string {
  return /^\w+$/.test(tuple) ? `${tuple}.${place}` : `tupleElement(${tuple}, ${place})`;
}

/** A gathered property, with the questions that comparisons ask of it. */
export class StepValue implements SqlOperand {
  constructor(private readonly tuple: string) {}

  private get kind(): string {
    return element(this.tuple, 1);
  }

  get exists(): string {
    return `${this.kind} != ${KINDS.missing}`;
  }

  get isText(): string {
    return `${this.kind} = ${KINDS.text}`;
  }

  get isNumber(): string {
    return `${this.kind} = ${KINDS.number}`;
  }

  get isFlag(): string {
    return `${this.kind} = ${KINDS.flag}`;
  }

  get text(): string {
    return element(this.tuple, 3);
  }

  get number(): string {
    return element(this.tuple, 2);
  }

  get flag(): string {
    return element(this.tuple, 2);
  }

  moment(): string {
    return `nullIf(${element(this.tuple, 4)}, ${NO_TIME})`;
  }

  /** A text that two values share exactly when they are equal; '' for those that equal nothing. */
  get group(): string {
    const scalar = `concat(toString(${this.kind}), if(${this.isText}, ${this.text}, toString(${this.number})))`;
    return `if(${this.kind} IN (${KINDS.text}, ${KINDS.number}, ${KINDS.flag}), ${scalar}, '')`;
  }
}
