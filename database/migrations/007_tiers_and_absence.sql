-- The listing in tiers, the evidence that a meeting is gone, and what re-reads found that no listing showed.
create table listing_tiers (
  workspace_id uuid not null,
  connection_id uuid not null,
  -- 'whole' the whole range at once · 'hot' every run · 'warm' hourly · 'cold' in slices over the day
  tier text not null,
  -- start of the last pass that was read to its end
  complete_at timestamptz,
  -- cold: the slice that was read last, and the start time up to which this pass has come (null: between passes)
  slice_at timestamptz,
  reached timestamptz,
  -- whole: the range that was read, to notice a wider one
  past_days integer,
  future_days integer,
  primary key (workspace_id, connection_id, tier),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id),
  constraint listing_tiers_tier_known check (tier in ('whole', 'hot', 'warm', 'cold'))
);

-- of a sighting that a complete listing no longer showed: the first direct read that was answered 404,
-- the second at least ten minutes later (this connection's vote), and the last one that still showed it
alter table meeting_sightings add column gone_at timestamptz;
alter table meeting_sightings add column agreed_at timestamptz;
alter table meeting_sightings add column shown_at timestamptz;
create index meeting_sightings_absent on meeting_sightings (workspace_id, connection_id)
  where absent_since is not null;

-- changes that a re-read found although the meeting's list row had not moved
alter table calendly_connections add column silent_changes bigint not null default 0;
-- meetings that seem gone, more at once than is believed without a person
alter table calendly_connections add column held_back integer not null default 0;

create index meetings_invitees_read on meetings (workspace_id, invitees_read_at) where vanished_at is null;

-- what one listing of the whole range had begun is begun anew in tiers
delete from listings;
