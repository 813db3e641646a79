"""Saving a whole site in one archive, and proving and restoring it (备份与恢复).

``archive`` the container and its manifest; ``keys`` the fingerprint that stands for the key; ``census`` what is counted;
``sqlite`` and ``postgresql`` the two databases; ``workspace`` private temporary places; ``saving``, ``restoring``,
``proving`` the three commands.
"""
