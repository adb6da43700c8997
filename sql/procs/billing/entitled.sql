-- Is this service available to the channel? The one place that answers; the doors ask nothing else.
-- Features: send, receive. A suspended or uninstalled portal may send nothing, neither may a suspended or removed
-- channel; receiving is never refused, because what arrives is stored and handed over on resumption. What is no
-- feature is available to nobody. Locks nothing.
create or replace function billing.entitled(p_portal_id uuid, p_channel_id uuid, p_feature text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select p_feature = 'receive' or p_feature = 'send' and exists (
    select from tenancy.portal p
      join tenancy.channel c on c.portal_id = p.portal_id and c.channel_id = p_channel_id
     where p.portal_id = p_portal_id and p.state not in ('suspended', 'uninstalled')
       and c.state not in ('suspended', 'removed'))
$$;
comment on function billing.entitled(uuid, uuid, text) is
  'Tenant. Is this feature (send, receive) available to the channel?';
