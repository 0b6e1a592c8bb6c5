"""Runs migrations on the database that `core.store.schema.configuration` names."""

from alembic import context

from core.store.engine import Store

store = Store(context.config.attributes["url"])
try:
    with store.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=context.config.attributes.get("metadata"),
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    store.close()
