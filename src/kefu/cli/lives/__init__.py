"""Random lives of a few wallets beside houses that lie, with kills: `./kefu prove wallet`."""
