-- requirement: R2.2-e, R2.4-c
begin;
select plan(6);
select throws_ok($$select trace.refuse('window', '{"window_until": "2026-11-22T12:00:00Z"}')$$, 'WB403',
  'The 24 hours since the customer''s last message are over; free text is not allowed.', 'a refusal has the published SQLSTATE and text');
select is(tests.refusal_detail($$select trace.refuse('window', '{"window_until": "2026-11-22T12:00:00Z", "reason": "mine"}')$$) - 'sqlstate' - 'message',
  '{"reason": "window", "window_until": "2026-11-22T12:00:00Z"}', 'its detail is JSON: the published reason with what the function adds');
select is(tests.refusal($$select trace.refuse('unknown_portal', null)$$), 'WB404 unknown_portal', 'nothing to add is no reason to fail otherwise');
select throws_ok($$select trace.refuse('because')$$, 'P0002', null, 'a reason that is not published is a fault of ours');

create function tests.hint(p_reason text) returns text language plpgsql as $$
declare v_hint text;
begin
  perform trace.refuse(p_reason);
exception when others then
  get stacked diagnostics v_hint = pg_exception_hint;
  return v_hint;
end $$;
select results_eq('select reason, tests.hint(reason) from trace.error_code order by reason', 'select reason, hint from trace.error_code order by reason',
  'each says what to do');
select ok(not has_function_privilege('whatsappb24_api', 'trace.refuse(text, jsonb)', 'execute'), 'refusing is for functions, not for doors');
select * from finish();
rollback;
