/** Most fields that a linkage compares. */
const MOST_FIELDS = 20;

/** Names of traits that tell people apart, as snake_case. */
const TELLING: ReadonlySet<string> = new Set(
  `name full_name given_name first_name firstname forename middle_name surname last_name lastname family_name maiden_name
  email email_address phone phone_number mobile telephone
  address address_1 address_2 address_line_1 address_line_2 street street_number house_number
  city town suburb postcode postal_code zip zip_code state
  date_of_birth birth_date birthdate birthday dob soc_sec_id ssn`.split(/\s+/),
);

const snake = (key: string): string =>
  key
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s.-]+/g, '_')
    .toLowerCase();

/** The traits, of all that were stated, by which a linkage goes where none are named: `firstName` as `first_name`. */
export function tellingTraits(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => TELLING.has(snake(key))).slice(0, MOST_FIELDS);
}
