/** Columns of a profile's events that a predicate may name. */
export const SQL_COLUMNS: ReadonlySet<string> = new Set(['name', 'ts', 'properties', 'event_id']);

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** Functions over many events: one value for a profile. What gives another answer each time is not among them. */
export const SQL_AGGREGATES = words(`
  count countIf sum sumIf avg avgIf min minIf max maxIf uniqExact uniqExactIf argMin argMinIf argMax argMaxIf
  quantileExact quantileExactIf stddevPop stddevPopIf varPop varPopIf`);

/** Functions of one event's values, or of aggregates: of what they are given and nothing else. */
export const SQL_FUNCTIONS = words(`
  if multiIf coalesce ifNull nullIf isNull isNotNull abs round floor ceil sqrt exp log log10 pow greatest least
  intDiv modulo toString toFloat64OrNull toFloat64OrZero toInt64OrNull toInt64OrZero length lengthUTF8 lower upper
  lowerUTF8 upperUTF8 substring position positionCaseInsensitive startsWith endsWith concat trimBoth match like ilike
  replaceOne JSONHas JSONType JSONLength JSONExtractString JSONExtractFloat JSONExtractInt JSONExtractBool toDate toYear
  toQuarter toMonth toDayOfMonth toDayOfWeek toHour toMinute toStartOfDay toStartOfWeek toStartOfMonth dateDiff
  toUnixTimestamp toIntervalSecond toIntervalMinute toIntervalHour toIntervalDay toIntervalWeek toIntervalMonth
  toIntervalYear addDays addHours subtractDays subtractHours`);
