"""The rows of the lifecycle for what invoices refer to: who may change it, under which rules."""

from polaris.core import books, save_customer
from polaris.core import input_rules as given
from polaris.core import master_commands as asked
from polaris.core import master_rules as rules
from polaris.core.move import ANY, Move

MASTER_MOVES: tuple[Move, ...] = (
    # ------------------------------------------------------------ customers and books
    Move(
        asked.SaveCustomer,
        ANY,
        None,
        (
            given.customer_not_deleted,
            given.customer_named,
            given.external_id_is_free,
            given.currency_known,
            given.timezone_known,
            given.term_possible,
        ),
        save_customer.save,
    ),
    Move(asked.DeleteCustomer, ANY, None, (given.customer_exists,), save_customer.delete),
    Move(asked.CloseBooks, ANY, None, (rules.books_move_forward, rules.period_over), books.close),
    Move(
        asked.ReopenBooks,
        ANY,
        None,
        (rules.asked_by_administrator, rules.books_move_back),
        books.reopen,
    ),
)
