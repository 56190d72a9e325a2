-- The hot tier is read at every run and keeps no row; no query reads by invitees_read_at across a workspace.
delete from listing_tiers where tier = 'hot';
alter table listing_tiers drop constraint listing_tiers_tier_known;
alter table listing_tiers add constraint listing_tiers_tier_known check (tier in ('whole', 'warm', 'cold'));
drop index meetings_invitees_read;
