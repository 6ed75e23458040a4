"""The database of results: made from run folders by collect, read by boards and questions."""
