-- requirement: R2.1-b, R2.4-c
begin;
select plan(7);
select tests.at('2026-11-22 12:00+00');
select tests.create_portal() as portal \gset
select tests.create_channel(:'portal') as channel \gset
create function pg_temp.rule(p_user text default '1') returns tenancy.crm_rule language sql as $$
  select row(c.portal_id, c.channel_id, f.becomes, f.category_id, f.stage_id, f.responsible, f.open_item, f.version, f.changed_by, f.changed_at)::tenancy.crm_rule
    from tenancy.channel c, tenancy.crm_rule_of(c.portal_id, p_user, c.channel_id) f
$$;
select is((pg_temp.rule()).becomes, 'portal', 'unless somebody says otherwise the portal''s own tracker keeps the CRM');
select is((pg_temp.rule()).version, null, 'and there is no rule');
select tests.dialog_begins(:'portal', :'channel') \g /dev/null
select tenancy.keep_directory(:'portal', '{"people": [{"user_id": "7", "name": "Beto", "is_active": true}], "lines": [{"line_id": "1", "name": "Ventas", "is_active": true, "operators": ["7", "1"]}]}');
select is((select row(f.becomes, f.version, f.changed_by, f.receivers, f.waiting, f.may_change) from tenancy.crm_rule_of(:'portal', '1', :'channel') f),
  row('deal'::text, 1, 'Ana Admin'::text, '{Ana Admin,Beto}'::text[], 1, true), 'the rule, who set it, who may get clients, and how many wait');
update messaging.crm_client set state = 'failed', failure = '{"code": "http_400"}';
select is((select row(f.failed, f.failure) from tenancy.crm_rule_of(:'portal', '1', :'channel') f), row(1, '{"code": "http_400"}'::jsonb), 'and what went wrong');
select is((select f.may_change from tenancy.crm_rule_of(:'portal', '7', :'channel') f), false, 'who sees the channel sees it, and that he may not change it');
update tenancy.portal_user set is_active = false where user_id = '7';
select is(tests.refusal(format('select * from tenancy.crm_rule_of(%L, %L, %L)', :'portal', '7', :'channel')), 'WB403 permission', 'who may not see the channel does not see it');
update tenancy.channel set state = 'removed';
select is(tests.refusal(format('select * from tenancy.crm_rule_of(%L, %L, %L)', :'portal', '1', :'channel')), 'WB404 unknown_channel', 'a removed channel has none');
select * from finish();
rollback;
