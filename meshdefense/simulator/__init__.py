"""The protocol engine of many nodes on modelled radios, in virtual time."""
