-- requirement: R2.3-a, R2.4-c
begin;
select plan(8);
select is(billing.said_category('{"type": "regular", "category": "marketing"}'), 'marketing', 'the category counts');
select is(billing.said_category('{"type": "regular", "category": "authentication_international"}'), 'authentication', 'a code abroad is a code');
select is(billing.said_category('{"type": "service", "conversationType": "service", "billable": "false"}'), 'service', 'of a conversation, its type');
select is(billing.said_category('{"type": "FTC", "conversation_type": "service"}'), 'service', 'in either spelling');
select is(billing.said_category('{"type": "marketing_lite"}'), 'marketing_lite', 'else the type');
select is(billing.said_category('{"type": "free_customer_service"}'), 'service', 'which may be the free one');
select is(billing.said_category('{"type": "free_entry_point", "category": "referral_conversion"}'), null, 'what is none of ours is none');
select is(billing.said_category('{}'), null, 'nor is what is not said');
select * from finish();
rollback;
