"""The fault storm: customers and staff at work over HTTP while processes die and the bank lies.

`browser` speaks as a browser does and never believes an answer that it did not get; `journal` keeps what each
client was told; `customers` and `staff` are the people; `killer` and `weather` are what happens to them;
`verdict` compares, when all is quiet, what was told with what is there.
"""
