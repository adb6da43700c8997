-- A refusal says why, who can change it and what to do: SQLSTATE WB + HTTP status, the reason as JSON in DETAIL, the
-- advice in HINT. trace.error_code is the one table of them.
--
--   psql "$DATABASE_URL" -X -q -a -f sql/examples/a_refusal.sql
--
-- In one transaction that is rolled back. Expected output: a_refusal.out.
begin;
select tenancy.install_portal('{"member_id": "a223c6b3710f85df22e9377d6c4f7553", "domain": "acme.bitrix24.example",
    "client_endpoint": "https://acme.bitrix24.example/rest/", "server_endpoint": "https://oauth.example/rest/", "connector": "wab24",
    "user": {"user_id": "1", "name": "Ana", "is_admin": true}}') as portal \gset

\set VERBOSITY verbose
\set SHOW_CONTEXT never
\set ON_ERROR_STOP off
savepoint before;
select * from trace.timeline(:'portal', '12', 'anything');
rollback to before;
select * from messaging.take_tokens(:'portal', 'pair', '573000000000/573111111111', 1000);
rollback to before;

select reason, sqlstate, who_acts, message from trace.error_code where http_status = 403 order by reason;
rollback;
