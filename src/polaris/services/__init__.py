"""What operators and the admin API do with invoices, customers and books: one function each."""
