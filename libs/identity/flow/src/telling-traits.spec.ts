import { tellingTraits } from './telling-traits';

describe('tellingTraits', () => {
  it('takes the traits that tell people apart, however they are spelt, and leaves out the rest', () => {
    const keys = ['firstName', 'Last Name', 'plan', 'date-of-birth', 'email', 'lifetime_value', 'postalCode'];
    expect(tellingTraits(keys)).toEqual(['firstName', 'Last Name', 'date-of-birth', 'email', 'postalCode']);
  });
});
