-- requirement: R2.1-c, R2.4-c
-- Roles and permissions as data: what tenancy.role_permission publishes and tenancy.allows() reads.
begin;
select plan(13);

create temporary view matrix as
select r.role, string_agg(p.permission, ' ' order by p.permission) as may
  from tenancy.role r
  left join tenancy.role_permission p on p.role = r.role
 group by r.role;

select is(
  (select may from matrix where role = 'agent'),
  'channel.view conversation.read.own conversation.start conversation.take conversation.write.own newclients.receive template.view',
  'an agent works with his own conversations');
select is(
  (select may from matrix where role = 'supervisor'),
  'broadcast.cancel broadcast.create channel.view conversation.read.all conversation.read.own conversation.start '
  'conversation.take conversation.write.all conversation.write.own log.view.meta newclients.receive template.view',
  'a supervisor with everybody''s, and proposes broadcasts');
select is(
  (select may from matrix where role = 'auditor'),
  'audit.view channel.view conversation.read.all conversation.read.own log.view.meta template.view', 'an auditor reads');
select is(
  (select may from matrix where role = 'channel_admin'),
  'api.keys broadcast.approve broadcast.cancel broadcast.create channel.configure channel.connect channel.disable channel.view '
  'conversation.read.all conversation.read.own conversation.start conversation.take conversation.write.all conversation.write.own '
  'log.replay log.view.meta log.view.payload portal.configure template.manage template.view', 'a channel administrator runs the channels');
select is(
  (select may from matrix where role = 'billing_admin'),
  'billing.caps billing.manage billing.topup billing.view channel.view', 'a billing administrator sees money, and no conversation');
select is(
  (select may from matrix where role = 'owner'),
  (select string_agg(permission, ' ' order by permission) from tenancy.permission), 'an owner may everything');

select is((select count(*) from tenancy.permission), 29::bigint, 'the published set has 29 permissions');
select set_eq(
  $$select permission from tenancy.permission where scope = 'portal'$$,
  array['channel.connect', 'billing.view', 'billing.topup', 'billing.caps', 'billing.manage', 'user.roles', 'api.keys', 'audit.view', 'data.export', 'data.erase', 'portal.configure'],
  'these are of the whole portal, all others are given channel by channel');
select set_eq(
  $$select permission from tenancy.role_permission group by permission having array_agg(role) = array['owner']$$,
  array['user.roles', 'data.export', 'data.erase'], 'only an owner gives roles, exports and erases');
select is_empty(
  $$select permission from tenancy.role_permission where role = 'agent'
    except select permission from tenancy.role_permission where role = 'supervisor'$$, 'a supervisor may all that an agent may');
select is_empty(
  $$select role from tenancy.role_permission a where permission ~ '^conversation.(read|write).all$'
      and not exists (select from tenancy.role_permission o where o.role = a.role and o.permission = replace(a.permission, '.all', '.own'))$$,
  'who may everybody''s may his own');
select is_empty(
  $$select role from tenancy.role_permission where permission ~ 'write|start|create|manage|topup|configure|disable' and role = 'auditor'$$,
  'an auditor changes nothing');
select set_eq(
  $$select role from tenancy.role_permission where permission = 'log.view.payload'$$, array['owner', 'channel_admin'],
  'customers'' words in the log are shown to those who run the channel');
select * from finish();
rollback;
