-- One row: who owns the tables, whether this role may grant what they need, and the statements that
-- give the role $1 (NULL: none) what a server needs, and each role that was given it before what came
-- since.  Tables and views of other owners are theirs to grant.
WITH ours AS (
    SELECT oid, relname, relkind, relowner, relacl FROM pg_class
        WHERE relnamespace = 'casecast'::regnamespace AND relkind IN ('r', 'v', 'm', 'f')),
owner AS (
    SELECT relowner AS oid, pg_has_role(relowner, 'USAGE') AS is_us FROM ours WHERE relname = 'meta'),
roles AS (
    SELECT $1::text AS role WHERE $1 IS NOT NULL
    UNION
    SELECT rolname
        FROM ours, aclexplode(relacl) AS granted JOIN pg_roles ON pg_roles.oid = granted.grantee
        WHERE relname = 'jobs' AND granted.privilege_type = 'INSERT' AND granted.grantee <> relowner),
grants AS (
    SELECT format('GRANT USAGE ON SCHEMA casecast TO %I;'
            ' GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA casecast TO %I', role, role) AS statement
        FROM roles
    UNION ALL
    SELECT format('GRANT %s ON casecast.%I TO %I',
            CASE WHEN relname = 'meta' OR relkind <> 'r' THEN 'SELECT'
                ELSE 'SELECT, INSERT, UPDATE, DELETE' END, relname, role)
        FROM roles, ours
        WHERE pg_has_role(relowner, 'USAGE'))
SELECT oid::regrole, is_us, (SELECT string_agg(statement, '; ') FROM grants WHERE is_us) FROM owner
