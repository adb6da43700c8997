"""The languages of the outside: one package a party, no database, no framework."""
