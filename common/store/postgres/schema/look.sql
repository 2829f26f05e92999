-- One row: what a server must know of the schema before it reads its tables.  Reads the catalog only,
-- so it fails under no role.  $1: privileges needed on the tables of jobs.  OFFSET 0: the right to each of the server's
-- thousands of functions would be looked up, and be most of the time that a connection takes.
SELECT pg_is_in_recovery() AS is_standby,
    current_user AS role,
    n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'USAGE') AS may_use,
    meta.oid IS NOT NULL AS is_made,
    meta.oid IS NOT NULL AND has_table_privilege(meta.oid, 'SELECT') AS may_read_meta,
    (SELECT string_agg(privilege || ' on ' || relname, ', ' ORDER BY relname, privilege)
        FROM pg_class AS c, unnest(CASE relkind WHEN 'r' THEN $1 ELSE '{SELECT}' END::text[]) AS privilege
        WHERE relnamespace = n.oid AND relkind IN ('r', 'v') AND relname NOT IN ('meta', 'cases', 'scenes')
            AND NOT has_table_privilege(c.oid, privilege)) AS lacking,
    (SELECT string_agg('EXECUTE on ' || proname, ', ' ORDER BY proname)
        FROM (SELECT oid, proname FROM pg_proc WHERE pronamespace = n.oid OFFSET 0) AS p
        WHERE NOT has_function_privilege(p.oid, 'EXECUTE')) AS lacking_functions
FROM (SELECT 1) AS one
    LEFT JOIN pg_namespace AS n ON n.nspname = 'casecast'
    LEFT JOIN pg_class AS meta ON meta.relnamespace = n.oid AND meta.relname = 'meta' AND meta.relkind = 'r'
