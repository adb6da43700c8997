-- Refuses: raises the error that trace.error_code publishes for a reason.
-- For every function of ours. DETAIL is JSON {"reason": …, …p_detail}, HINT says what to do.
-- Raises: the reason's SQLSTATE; P0002 for a reason that is not published. Locks nothing. Costs one primary-key look-up.
create or replace function trace.refuse(p_reason text, p_detail jsonb default '{}') returns void
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_error trace.error_code;
begin
  select * into strict v_error from trace.error_code e where e.reason = p_reason;
  raise exception using
    errcode = v_error.sqlstate,
    message = v_error.message,
    detail = (coalesce(p_detail, '{}') || jsonb_build_object('reason', p_reason))::text,
    hint = v_error.hint;
end
$$;
comment on function trace.refuse(text, jsonb) is
  'Internal. Raises the error published in trace.error_code for the reason, with p_detail merged into its JSON DETAIL.';
