"""A PostgreSQL database that many tests use, one after the other, each finding it as it was made.

Copying and dropping a database for each test took a quarter of the suite's time. What only touched rows is undone by
taking these rows away; a test that changed the schema, or a setting of the database, costs the next one a new database.
"""

import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.postgres import Databases

# Rows that were taken away stay on the pages of their tables until a vacuum, and every test leaves some.
USES_MAX = 100

# What each table held when the database was made, and how to bring it back. Triggers and foreign keys rest meanwhile:
# the database refuses to take away what is only ever added to.
KEEPING = """
CREATE SCHEMA kept;
CREATE TABLE kept.changes (tag text);
CREATE TABLE kept.tables AS
    SELECT c.relname AS name, false AS has_rows FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r';
CREATE TABLE kept.sequences AS
    SELECT format('%I.%I', schemaname, sequencename)::regclass AS name, coalesce(last_value, start_value) AS value,
        last_value IS NOT NULL AS is_called
    FROM pg_sequences WHERE schemaname = 'public';

DO $$
DECLARE
    each record;
    found boolean;
BEGIN
    FOR each IN SELECT name FROM kept.tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', each.name) INTO found;
        IF found THEN
            EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', 'rows_of_' || each.name, each.name);
            UPDATE kept.tables SET has_rows = true WHERE name = each.name;
        END IF;
    END LOOP;
END $$;

-- Its statements are written out, table by table, so that they are planned once: planning took most of the time.
DO $$
DECLARE
    each record;
    each_table text := '';
BEGIN
    FOR each IN SELECT name, has_rows FROM kept.tables LOOP
        IF each.has_rows THEN
            each_table := each_table || format(
                'IF (SELECT count(*) FROM public.%1$I) <> (SELECT count(*) FROM kept.%2$I)'
                ' OR EXISTS (TABLE public.%1$I EXCEPT TABLE kept.%2$I) THEN'
                ' DELETE FROM public.%1$I; INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE TABLE kept.%2$I; END IF;',
                each.name, 'rows_of_' || each.name
            );
        ELSE
            each_table := each_table || format('DELETE FROM public.%I;', each.name);
        END IF;
    END LOOP;
    EXECUTE format(
        'CREATE FUNCTION kept.bring_back() RETURNS void LANGUAGE plpgsql AS %L', 'BEGIN ' || each_table || ' END'
    );
END $$;

CREATE FUNCTION kept.reset() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM kept.changes) OR EXISTS (
        SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE d.datname = current_database()
    ) THEN
        RETURN false;
    END IF;
    PERFORM set_config('session_replication_role', 'replica', true);
    PERFORM kept.bring_back();
    PERFORM setval(name, value, is_called) FROM kept.sequences;
    RETURN true;
END $$;

CREATE FUNCTION kept.note_change() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO kept.changes VALUES (tg_tag);
END $$;
CREATE EVENT TRIGGER kept_changes ON ddl_command_end EXECUTE FUNCTION kept.note_change();
"""


class KeptDatabase:
    """A copy of a template under one name, made when it is first asked for and brought back before each further use."""

    def __init__(self, databases: Databases, *, name: str, template: str) -> None:
        """Keep nothing yet; `fresh` makes the copy."""
        self.url = databases.url(name)
        self._databases = databases
        self._name = name
        self._template = template
        self._made = 0
        self._uses = 0
        self._connection: psycopg.Connection | None = None
        self._engines: dict[Engine, int] = {}

    def fresh(self) -> str:
        """Return the URL of the database as its template is; whoever still does something in it is cut off."""
        self._uses += 1
        if self._uses > USES_MAX or not self._is_reset():
            self.drop()
            self._databases.new_database(self._name, template=self._template)
            address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(address, autocommit=True)
            self._connection.execute(KEEPING)
            self._made, self._uses = self._made + 1, 1
        return self.url

    def let_go(self, engine: Engine) -> None:
        """Take from an engine of this database the connections to a copy before this one."""
        if self._engines.get(engine) != self._made:
            engine.dispose()
            self._engines[engine] = self._made

    def drop(self) -> None:
        """Drop the database where there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._databases.drop_database(self.url)

    def _is_reset(self) -> bool:
        if self._connection is None:
            return False
        try:
            # Connections that wait in a pool hold nothing, and are dear to make.
            self._connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
            )
            row = self._connection.execute("SELECT kept.reset()").fetchone()
        except psycopg.OperationalError:
            # A test cut off everybody, and us too.
            return False
        return row is not None and row[0]


class KeptDatabases:
    """This process's kept databases, one for each template."""

    def __init__(self, databases: Databases, *, prefix: str) -> None:
        """Name the databases with a prefix that is this process's own."""
        self._databases = databases
        self._prefix = prefix
        self._by_url: dict[str, KeptDatabase] = {}

    def fresh(self, template: str) -> str:
        """Return the URL of the one database that is a copy of a template, as the template is."""
        kept = KeptDatabase(self._databases, name=f"{self._prefix}_of_{template}", template=template)
        return self._by_url.setdefault(kept.url, kept).fresh()

    def let_go(self, engine: Engine) -> None:
        """See that an engine has no connection to what is no more, whatever it is the engine of.

        A file is another one for every test, under the same name.
        """
        kept = self._by_url.get(engine.url.render_as_string(hide_password=False))
        if kept is None:
            engine.dispose()
        else:
            kept.let_go(engine)

    def drop(self) -> None:
        """Drop all of them."""
        for each in self._by_url.values():
            each.drop()
