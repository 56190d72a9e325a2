/** A Calendly user, organisation and membership as far as this program needs them. */

export interface CalendlyUser {
  uri: string;
  name: string | null;
  email: string;
  organizationUri: string | null;
  timezone: string | null;
  schedulingUrl: string | null;
}

export interface CalendlyOrganization {
  uri: string;
  name: string | null;
  plan: string | null;
  stage: string | null;
}

export interface CalendlyMember {
  userUri: string;
  email: string;
  name: string | null;
  /** `owner`, `admin`, `user` or a word that Calendly adds later. */
  role: string;
}
