-- Detect lanes likely to become unmanaged risk: they expire with this window or the next.
SELECT cohort_key, mitigation_mode_id, expiry_window, owner
FROM mitigation_state
WHERE status = 'active'
AND windows_to_expiry <= 1;
